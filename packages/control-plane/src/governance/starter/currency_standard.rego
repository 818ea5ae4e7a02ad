package datamesh.starter.currency_standard

standard := "ISO 4217"

deny contains {
	"msg": sprintf("currencies are %s; the mesh agreed on %s", [format, standard]),
	"path": "spec.global_standards.currency_format",
	"fix": sprintf("write currency_format: %s, and convert the columns", [standard]),
} if {
	format := input.spec.global_standards.currency_format
	lower(format) != lower(standard)
}

deny contains {
	"msg": sprintf("%s.%s is an amount of money without a currency", [column.table, column.name]),
	"path": column.path,
	"fix": "add a column currency, or write global_standards.currency_format: ISO 4217 and name the currency in the description",
	"severity": "inform",
} if {
	some column in input._facts.columns
	regex.match(`(^|_)(amount|price|revenue|cost|salary|fee)(_|$)`, column.name)
	not says_currency(column.table)
}

says_currency(_) if input.spec.global_standards.currency_format

says_currency(table) if {
	some column in input._facts.columns
	column.table == table
	contains(column.name, "currency")
}
