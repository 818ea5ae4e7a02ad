package governance.inputs_declared

import rego.v1

deny contains msg if {
	some source in input.spec.inputs
	not regex.match(`^[a-z-]+/[a-z0-9-]+@[0-9]+$`, source.ref)
	msg := sprintf("the input %s does not name a release", [source.ref])
}

deny contains "a consumer-aligned product needs inputs" if {
	input.spec.alignment == "consumer-aligned"
	count(input.spec.inputs) == 0
}
