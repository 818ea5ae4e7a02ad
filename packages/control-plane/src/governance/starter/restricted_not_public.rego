package datamesh.starter.restricted_not_public

restricted if input._facts.product.access.classification == "restricted"

# a column is as secret as it says, whatever its product says
restricted_columns contains column if {
	some column in input._facts.columns
	column.classification == "restricted"
}

open_to_all := {"none", "anonymous", "public", "open"}

deny contains {
	"msg": sprintf("output port %s gives restricted data without sign-in", [port.name]),
	"path": sprintf("%s.auth", [port.path]),
	"fix": "remove auth, or write how readers sign in",
} if {
	restricted
	some port in input._facts.ports
	lower(port.auth) in open_to_all
}

deny contains {
	"msg": sprintf("output port %s is public and the data is restricted", [port.name]),
	"path": sprintf("%s.settings.public", [port.path]),
	"fix": "remove public: true",
} if {
	restricted
	some port in input._facts.ports
	port.settings.public == true
}

deny contains {
	"msg": "everyone may read, and the data is restricted",
	"path": "spec.access_control.readers",
	"fix": "name teams or roles instead of everyone",
} if {
	restricted
	"everyone" in input._facts.product.access.readers
}

deny contains {
	"msg": sprintf("column %s.%s is restricted, and everybody reads the product", [column.table, column.name]),
	"path": column.path,
	"fix": "write access_control.classification: restricted, or leave the column out",
} if {
	some column in restricted_columns
	input._facts.product.access.classification == "public"
}
