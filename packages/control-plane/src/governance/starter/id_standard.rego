package datamesh.starter.id_standard

standard := "UUID v4"

deny contains {
	"msg": sprintf("identifiers are %s; the mesh agreed on %s", [format, standard]),
	"path": "spec.global_standards.id_format",
	"fix": sprintf("write id_format: %s, and convert the keys", [standard]),
} if {
	format := input.spec.global_standards.id_format
	lower(format) != lower(standard)
}

deny contains {
	"msg": sprintf("no column identifies a row of %s", [table]),
	"path": "spec.schema",
	"fix": "write key: true beside the columns that do",
	"severity": "inform",
} if {
	some table in {column.table | some column in input._facts.columns}
	count([column | some column in input._facts.columns; column.table == table; column.key]) == 0
}
