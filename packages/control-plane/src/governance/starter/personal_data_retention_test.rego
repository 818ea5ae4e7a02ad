package datamesh.starter.personal_data_retention_test

import data.datamesh.starter.personal_data_retention

email := {"table": "customers", "name": "email", "personal": true}

test_without_an_end_is_told if {
	some hit in personal_data_retention.deny with input as {"spec": {}, "_facts": {"columns": [email], "product": {"outputPorts": [{"name": "api"}]}}}
	hit.msg == "personal data (email) is kept without an end"
}

test_a_stated_end_passes if {
	count(personal_data_retention.deny) == 0 with input as {"spec": {"sla": {"retention": "3 years"}}, "_facts": {"columns": [email], "product": {"outputPorts": []}}}
}

test_an_end_on_every_port_passes if {
	count(personal_data_retention.deny) == 0 with input as {"spec": {}, "_facts": {"columns": [email], "product": {"outputPorts": [{"retentionSeconds": 60}]}}}
}

test_no_personal_data_needs_no_end if {
	count(personal_data_retention.deny) == 0 with input as {"spec": {}, "_facts": {"columns": [], "product": {"outputPorts": []}}}
}

test_columns_that_are_only_named_are_a_hint if {
	some hit in personal_data_retention.deny with input as {"spec": {}, "_facts": {"columns": [], "product": {"outputPorts": [], "access": {"piiColumns": ["email"]}}}}
	hit.severity == "inform"
}
