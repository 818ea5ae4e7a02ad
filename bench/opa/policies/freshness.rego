package governance.freshness

import rego.v1

limits := {"hourly": 3600, "daily": 86400, "weekly": 604800}

deny contains msg if {
	limit := limits[input.spec.schedule]
	input.spec.sla.freshness_seconds > limit * 2
	msg := sprintf("freshness of %d s does not fit a %s schedule", [input.spec.sla.freshness_seconds, input.spec.schedule])
}
