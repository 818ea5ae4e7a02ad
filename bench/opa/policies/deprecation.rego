package governance.deprecation

import rego.v1

deny contains msg if {
	input.spec.deprecated
	announced := time.parse_rfc3339_ns(input.spec.deprecated.announced)
	ends := time.parse_rfc3339_ns(input.spec.deprecated.ends)
	notice := (ends - announced) / 86400000000000
	notice < 30
	msg := sprintf("only %v days of notice", [notice])
}
