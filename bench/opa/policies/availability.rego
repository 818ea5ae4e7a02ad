package governance.availability

import rego.v1

import data.governance.lib

deny contains msg if {
	availability := lib.percent(input.spec.sla.availability)
	availability < 99.0
	msg := sprintf("availability of %.1f%% is below 99%%", [availability])
}
