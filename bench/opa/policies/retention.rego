package governance.retention

import rego.v1

import data.governance.lib

deny contains msg if {
	count(lib.personal) > 0
	days := lib.days(input.spec.retention)
	days > 1825
	msg := sprintf("personal data is kept for %d days", [days])
}

deny contains "personal data has no retention" if {
	count(lib.personal) > 0
	not input.spec.retention
}
