package datamesh.certification.gold_test

import data.datamesh.certification.gold

column(name, description) := {"name": name, "type": "BIGINT", "description": description}

golden := {"_facts": {
	"product": {
		"id": "shipping/parcels",
		"description": "One row is one parcel.",
		"documentation": {"readme": "README.md"},
		"schema": {"tables": {"parcels": {"fields": [{"name": "Id", "description": "Its number"}]}}},
		"inputPorts": [{"name": "scans"}],
		"lineage": {"upstream": []},
	},
	"published": {"tables": [{"name": "parcels", "columns": [column("id", "")]}], "unknown": []},
}}

product(change) := object.union(golden, {"_facts": {"product": change}})

publishing(columns) := object.union(golden, {"_facts": {"published": {"tables": [{"name": "parcels", "columns": columns}]}}})

test_documented_and_followed_is_gold if {
	count(gold.deny) == 0 with input as golden
}

test_nothing_is_asked_of_what_is_not_published if {
	count(gold.deny) == 0 with input as object.union(golden, {"_facts": {"published": null}})
}

test_no_description if {
	some hit in gold.deny with input as product({"description": ""})
	hit.path == "metadata.description"
}

test_a_silent_column if {
	some hit in gold.deny with input as publishing([column("id", ""), column("extra", " ")])
	hit.msg == "Column extra of parcels has no description."
}

test_many_silent_columns if {
	some hit in gold.deny with input as publishing([column(name, "") | some name in ["a", "b", "c", "d", "e"]])
	hit.msg == "Columns a, b, c and 2 more of parcels have no description."
}

test_no_page if {
	documentation := object.remove(golden._facts.product, ["documentation"])
	some hit in gold.deny with input as {"_facts": {"product": object.union(documentation, {"documentation": {}}), "published": golden._facts.published}}
	hit.path == "spec.documentation"
}

test_a_link_is_enough if {
	count(gold.deny) == 0 with input as product({"links": [{"title": "Wiki", "url": "https://example.org"}]})
}

test_no_source if {
	some hit in gold.deny with input as product({"inputPorts": []})
	hit.path == "spec.input_ports"
}

test_a_model_that_could_not_be_followed if {
	some hit in gold.deny with input as object.union(golden, {"_facts": {"published": {"unknown": [{"model": "parcels", "reason": "a table function"}]}}})
	hit.msg == "Columns of parcels could not be followed to their source: a table function."
}
