package governance.restricted_ports

import rego.v1

deny contains msg if {
	input.spec.classification == "restricted"
	some port in input.spec.ports
	port.access == "public"
	msg := sprintf("restricted data in the public port %s", [port.name])
}
