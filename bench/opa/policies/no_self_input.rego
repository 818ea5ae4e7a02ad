package governance.no_self_input

import rego.v1

deny contains msg if {
	own := sprintf("%s/%s", [input.metadata.domain, input.metadata.name])
	some source in input.spec.inputs
	startswith(source.ref, own)
	msg := sprintf("%s reads itself", [own])
}
