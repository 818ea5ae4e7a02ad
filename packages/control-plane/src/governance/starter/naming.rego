package datamesh.starter.naming

column_pattern := `^[a-z][a-z0-9]*(_[a-z0-9]+)*$`

deny contains {
	"msg": sprintf("column %s is not written in snake_case", [column.name]),
	"path": sprintf("%s.name", [column.path]),
	"fix": sprintf("write name: %s", [snake(column.name)]),
} if {
	some column in input._facts.columns
	not regex.match(column_pattern, column.name)
}

deny contains {
	"msg": sprintf("column %s.%s is named by one letter", [column.table, column.name]),
	"path": sprintf("%s.name", [column.path]),
	"fix": "write a word that says what it holds",
	"severity": "inform",
} if {
	some column in input._facts.columns
	count(column.name) == 1
}

# `customerId` and `Customer ID` become customer_id.
snake(name) := trim(lower(joined), "_") if {
	apart := regex.replace(name, `([a-z0-9])([A-Z])`, `${1}_${2}`)
	joined := regex.replace(apart, `[^A-Za-z0-9]+`, "_")
}
