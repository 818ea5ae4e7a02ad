package governance.name_convention

import rego.v1

deny contains {"msg": msg, "path": "metadata.name"} if {
	not regex.match(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, input.metadata.name)
	msg := sprintf("the name %q is not in kebab case", [input.metadata.name])
}
