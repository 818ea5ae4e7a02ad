package datamesh.starter.availability_test

import data.datamesh.starter.availability

promising(share) := {"_facts": {"product": {"sla": {"availability": {"share": share}}}, "levels": []}}

test_99_percent_is_enough if {
	count(availability.deny) == 0 with input as promising(0.99)
}

test_less_is_refused if {
	some hit in availability.deny with input as promising(0.985)
	hit.msg == "an availability of 98.5% is promised; the mesh asks for 99%"
}

test_no_promise_is_no_lie if {
	count(availability.deny) == 0 with input as {"_facts": {"product": {"sla": {}}, "levels": []}}
}

test_what_is_measured_counts_too if {
	some hit in availability.deny with input as {"_facts": {"product": {"sla": {}}, "levels": [{"name": "availability", "measured": 0.5}]}}
	hit.severity == "warn"
}
