package datamesh.starter.timestamp_standard

standard := "ISO 8601 UTC"

deny contains {
	"msg": sprintf("times are %s; the mesh agreed on %s", [format, standard]),
	"path": "spec.global_standards.timestamp_format",
	"fix": sprintf("write timestamp_format: %s, and convert the columns", [standard]),
} if {
	format := input.spec.global_standards.timestamp_format
	lower(format) != lower(standard)
}

deny contains {
	"msg": sprintf("%s.%s is named like a time and holds text", [column.table, column.name]),
	"path": sprintf("%s.type", [column.path]),
	"fix": "write type: timestamp",
	"severity": "inform",
} if {
	some column in input._facts.columns
	regex.match(`_(at|time|timestamp)$`, column.name)
	column.sql_type == "varchar"
}
