package rules.runbook_test

import data.rules.runbook

promising(links) := {"metadata": {"links": links}, "spec": {"sla": {"availability": "99.9%"}}}

test_a_promise_needs_a_runbook if {
	some hit in runbook.deny with input as promising({})
	hit.path == "metadata.links"
}

test_a_link_is_enough if {
	count(runbook.deny) == 0 with input as promising({"runbook": "https://example.com/runbook"})
}

test_a_titled_link_is_enough if {
	count(runbook.deny) == 0 with input as promising([{"title": "Runbook", "url": "https://example.com"}])
}

test_without_a_promise_nothing_is_asked if {
	count(runbook.deny) == 0 with input as {"metadata": {}, "spec": {}}
}
