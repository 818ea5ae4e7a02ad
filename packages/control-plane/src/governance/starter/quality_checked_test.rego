package datamesh.starter.quality_checked_test

import data.datamesh.starter.quality_checked

test_no_checks_are_told if {
	count(quality_checked.deny) == 1 with input as {"_facts": {"product": {"checks": []}}}
}

test_checks_pass if {
	count(quality_checked.deny) == 0 with input as {"_facts": {"product": {"checks": [{"severity": "error"}, {"severity": "warn"}]}}}
}

test_checks_that_only_warn_are_a_hint if {
	some hit in quality_checked.deny with input as {"_facts": {"product": {"checks": [{"severity": "warn"}]}}}
	hit.severity == "inform"
}
