package datamesh.starter.classified_test

import data.datamesh.starter.classified

classed(product, column) := {
	"spec": {"access_control": {"classification": product}},
	"_facts": {"product": {"access": {"classification": product}}, "columns": [{"table": "t", "name": "c", "classification": column}]},
}

test_a_classified_product_passes if {
	count(classified.deny) == 0 with input as classed("confidential", "internal")
}

test_no_classification_is_told if {
	count(classified.deny) == 1 with input as {"spec": {}, "_facts": {"product": {"access": {"classification": "internal"}}, "columns": []}}
}

test_a_column_more_secret_than_its_product_is_told if {
	some hit in classified.deny with input as classed("internal", "restricted")
	hit.fix == "write classification: restricted"
}
