package governance.pii_ratio

import rego.v1

import data.governance.lib

ratio := count(lib.personal) / count(input.spec.schema.fields)

severity := "block" if ratio > 0.5

else := "warn" if ratio > 0.25

else := "inform"

deny contains {"msg": msg, "severity": severity} if {
	severity != "inform"
	msg := sprintf("%d%% of the columns are personal", [round(ratio * 100)])
}
