package datamesh.certification.bronze_test

import data.datamesh.certification.bronze

golden := {"_facts": {
	"product": {"id": "shipping/parcels", "owner": "shipping-team"},
	"published": {"checks": {"total": 5, "passed": 4, "warned": 1}},
}}

with_checks(total, passed, warned) := object.union(
	golden,
	{"_facts": {"published": {"checks": {"total": total, "passed": passed, "warned": warned}}}},
)

test_a_published_product_with_checks_is_bronze if {
	count(bronze.deny) == 0 with input as golden
}

test_nothing_is_published if {
	some hit in bronze.deny with input as {"_facts": {"product": golden._facts.product, "published": null}}
	hit.fix == "datamesh publish shipping/parcels"
}

test_nobody_owns_it if {
	some hit in bronze.deny with input as object.union(golden, {"_facts": {"product": {"owner": " "}}})
	hit.path == "metadata.owner"
}

test_no_check if {
	some hit in bronze.deny with input as with_checks(0, 0, 0)
	hit.msg == "No check proves its data."
}

test_a_failed_check if {
	some hit in bronze.deny with input as with_checks(5, 3, 1)
	hit.msg == "1 of 5 checks did not pass in the newest snapshot."
}
