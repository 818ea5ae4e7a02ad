package governance.tags

import rego.v1

needed := {"domain", "tier"}

tags := {parts[0]: parts[1] |
	some tag in input.metadata.tags
	parts := split(tag, ":")
	count(parts) == 2
}

deny contains msg if {
	some name in (needed - object.keys(tags))
	msg := sprintf("the tag %s is missing", [name])
}

deny contains msg if {
	not tags.tier in {"gold", "silver", "bronze"}
	msg := sprintf("the tier %v does not exist", [tags.tier])
}
