package datamesh.starter.personal_data_protected

deny contains {
	"msg": sprintf("personal data in %s.%s is neither encrypted nor masked", [column.table, column.name]),
	"path": column.path,
	"fix": "write encryption: AES-256 beside the column, or access_control.encryption for the whole product",
} if {
	some column in input._facts.columns
	column.personal
	not protected(column)
}

protected(column) if is_string(column.encryption)

protected(column) if column.mask != null

protected(_) if input.spec.access_control.encryption
