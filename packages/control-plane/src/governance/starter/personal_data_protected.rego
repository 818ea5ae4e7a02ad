package datamesh.starter.personal_data_protected

deny contains {
	"msg": sprintf("personal data in %s.%s is neither encrypted nor masked", [column.table, column.name]),
	"path": column.path,
	"fix": "write encryption: AES-256 or mask: hash beside the column, or access_control.encryption for the whole product",
} if {
	some column in input._facts.columns
	column.personal
	not protected(column)
}

# without a schema, the manifest still names them
deny contains {
	"msg": sprintf("personal data in %s is neither encrypted nor masked", [name]),
	"path": "spec.access_control",
	"fix": "write access_control.encryption: AES-256, or declare the columns with encryption beside them",
} if {
	some name in input._facts.product.access.piiColumns
	not name in {column.name | some column in input._facts.columns}
	not input.spec.access_control.encryption
}

protected(column) if is_string(column.encryption)

protected(column) if column.mask != null

protected(_) if input.spec.access_control.encryption
