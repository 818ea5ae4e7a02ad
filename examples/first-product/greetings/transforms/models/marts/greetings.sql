select *
from (values ('en', 'hello'), ('de', 'hallo'), ('fr', 'bonjour'), ('sw', 'hujambo')) as t(language, greeting)
order by language
