package governance.owner_present

import rego.v1

deny contains "the product has no owner" if not input.metadata.owner

deny contains msg if {
	not endswith(input.metadata.owner, "-team")
	msg := sprintf("the owner %q is not a team", [input.metadata.owner])
}
