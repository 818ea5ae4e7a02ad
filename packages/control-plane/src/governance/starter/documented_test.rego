package datamesh.starter.documented_test

import data.datamesh.starter.documented

column(name, description) := {"table": "orders", "name": name, "description": description, "path": sprintf("spec.schema.fields.%s", [name])}

described := {"metadata": {"description": "One row for each order"}, "_facts": {"columns": [column("id", "The order")]}}

test_a_described_product_passes if {
	count(documented.deny) == 0 with input as described
}

test_no_description_is_told if {
	some hit in documented.deny with input as {"metadata": {}, "_facts": {"columns": []}}
	hit.path == "metadata.description"
}

test_columns_without_meaning_are_counted if {
	some hit in documented.deny with input as object.union(described, {"_facts": {"columns": [column("id", "The order"), column("total", "")]}})
	hit.msg == "1 of 2 columns of orders are not described, total first"
	hit.severity == "inform"
}
