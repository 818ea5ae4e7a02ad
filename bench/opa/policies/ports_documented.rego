package governance.ports_documented

import rego.v1

import data.governance.lib

deny contains {"msg": msg, "path": sprintf("spec.ports.%d", [i])} if {
	some i, port in input.spec.ports
	lib.blank(object.get(port, "description", ""))
	msg := sprintf("port %s is not described", [port.name])
}
