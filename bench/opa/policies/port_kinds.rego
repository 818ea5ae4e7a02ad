package governance.port_kinds

import rego.v1

allowed := {
	"public": {"rest", "sql", "files", "stream"},
	"internal": {"rest", "sql", "files", "stream"},
	"confidential": {"rest", "sql"},
	"restricted": {"sql"},
}

deny contains msg if {
	some port in input.spec.ports
	not port.kind in allowed[input.spec.classification]
	msg := sprintf("%s data must not leave by a %s port", [input.spec.classification, port.kind])
}
