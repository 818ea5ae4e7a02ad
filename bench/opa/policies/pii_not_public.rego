package governance.pii_not_public

import rego.v1

import data.governance.lib

deny contains msg if {
	lib.is_public
	n := count(lib.personal)
	n > 0
	msg := sprintf("a public product has %d personal columns", [n])
}
