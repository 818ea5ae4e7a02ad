package datamesh.starter.documented

deny contains {
	"msg": "the product does not say what it is",
	"path": "metadata.description",
	"fix": "write description: what one row is, and what it is good for",
} if {
	description := object.get(input, ["metadata", "description"], "")
	count(trim_space(description)) < 10
}

deny contains {
	"msg": sprintf("%d of %d columns of %s are not described, %s first", [count(silent), count(columns), table, silent[0].name]),
	"path": silent[0].path,
	"fix": sprintf("write description: beside %s", [silent[0].name]),
	"severity": "inform",
} if {
	some table in {column.table | some column in input._facts.columns}
	columns := [column | some column in input._facts.columns; column.table == table]
	silent := [column | some column in columns; trim_space(column.description) == ""]
	count(silent) > 0
}
