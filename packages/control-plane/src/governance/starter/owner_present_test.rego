package datamesh.starter.owner_present_test

import data.datamesh.starter.owner_present

test_a_team_is_an_owner if {
	count(owner_present.deny) == 0 with input as {"metadata": {"owner": "order-squad"}}
}

test_no_owner_is_refused if {
	some hit in owner_present.deny with input as {"metadata": {"name": "orders"}}
	hit.path == "metadata.owner"
}

test_a_placeholder_is_no_owner if {
	count(owner_present.deny) == 1 with input as {"metadata": {"owner": " TODO "}}
}
