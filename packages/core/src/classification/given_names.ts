/** Frequent given names of several countries, lower case. Names that are frequent words as well (rose, mark, grace) are left out. */
const names = new Set(
  `james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony steven paul andrew joshua kenneth
kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel
gregory alexander patrick jack dennis jerry mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret
sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela
shirley anna brenda pamela emma nicole helen samantha katherine christine rachel carolyn janet catherine maria heather diane olivia julie
hans peter wolfgang klaus jürgen juergen dieter uwe stefan andreas jan lukas felix jonas leon finn niklas tobias sebastian florian markus ute
monika sabine petra claudia susanne heike lena lea hannah johanna katharina greta ingrid helga jean pierre jacques philippe françois francois
louis lucas hugo jules marie camille léa lea chloé chloe manon inès isabelle nathalie sylvie josé jose juan carlos luis miguel javier antonio
pedro diego carmen ana lucía lucia sofía sofia isabel pilar giuseppe giovanni marco luca francesco matteo alessandro giulia chiara francesca
elena joão joao pedro paulo beatriz mateus sven lars erik björn bjorn anders johan astrid ingeborg katarzyna piotr krzysztof andrzej agnieszka
małgorzata malgorzata wei li ming hiroshi yuki haruto sakura kenji aiko mohammed muhammad ahmed ali omar fatima aisha layla hassan hussein yusuf
mehmet mustafa ayşe ayse fatma emre raj priya amit sanjay rahul anjali arjun deepak vladimir sergei dmitri olga natasha tatiana ivan
kwame amina chidi ngozi oluwaseun grzegorz ada grace alan linus noah liam mia amelia oliver ethan`
    .split(/\s+/)
    .filter((name) => name !== ''),
)

export const isGivenName = (word: string): boolean => names.has(word.toLowerCase().normalize('NFC'))
