package datamesh.starter.deprecation_notice_test

import data.datamesh.starter.deprecation_notice

retiring(status, since, readers) := {
	"metadata": {"status": "retired"},
	"_facts": {
		"now": "2026-03-01T00:00:00.000Z",
		"previous": {"product": {"status": status}, "status_since": since},
		"consumers": {"products": [], "grants": 0, "readers": readers},
	},
}

test_retiring_at_once_is_refused if {
	some hit in deprecation_notice.deny with input as retiring("active", "2026-01-01T00:00:00.000Z", 3)
	hit.path == "metadata.status"
}

test_ten_days_are_too_few if {
	some hit in deprecation_notice.deny with input as retiring("deprecated", "2026-02-19T00:00:00.000Z", 3)
	hit.msg == "it is deprecated for 10 of 30 days"
}

test_thirty_days_are_enough if {
	count(deprecation_notice.deny) == 0 with input as retiring("deprecated", "2026-01-30T00:00:00.000Z", 3)
}

test_what_nobody_reads_may_go if {
	count(deprecation_notice.deny) == 0 with input as retiring("active", "2026-01-01T00:00:00.000Z", 0)
}

test_other_changes_are_left_in_peace if {
	count(deprecation_notice.deny) == 0 with input as {"metadata": {"status": "active"}, "_facts": {"previous": {"product": {"status": "active"}}}}
}
