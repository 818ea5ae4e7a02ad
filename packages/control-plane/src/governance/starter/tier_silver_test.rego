package datamesh.certification.silver_test

import data.datamesh.certification.silver

column(name) := {"name": name, "type": "BIGINT", "description": ""}

with_columns(names) := object.union(golden, {"_facts": {"published": {"tables": [{
	"name": "parcels",
	"columns": [column(name) | some name in names],
}]}}})

with_levels(levels) := object.union(golden, {"_facts": {"levels": levels}})

level := {"name": "freshness", "written": "1 day", "met": true, "enforced": true, "because": "measured"}

golden := {"_facts": {
	"product": {"id": "shipping/parcels", "schema": {"tables": {"parcels": {"fields": [{"name": "Id"}]}}}},
	"published": {"tables": [{"name": "parcels", "columns": [column("id")]}]},
	"levels": [level],
}}

test_declared_and_met_is_silver if {
	count(silver.deny) == 0 with input as golden
}

test_an_undeclared_column if {
	some hit in silver.deny with input as with_columns(["id", "extra"])
	hit.msg == "parcels publishes extra without declaring it."
	contains(hit.fix, "{ name: extra, type: bigint")
}

test_many_undeclared_columns if {
	some hit in silver.deny with input as with_columns(["id", "a", "b", "c", "d", "e"])
	hit.msg == "parcels publishes a, b, c and 2 more without declaring them."
}

test_a_table_that_is_not_declared if {
	some hit in silver.deny with input as object.union(golden, {"_facts": {"product": {"schema": {"tables": {"other": {"fields": []}}}, "id": "x"}, "published": {"tables": [{"name": "loose", "columns": [column("id")]}]}}})
	hit.msg == "loose publishes id without declaring it."
}

test_no_level if {
	some hit in silver.deny with input as with_levels([])
	hit.path == "spec.sla"
}

test_a_level_that_is_missed if {
	some hit in silver.deny with input as with_levels([level, object.union(level, {"name": "latency", "met": false})])
	hit.path == "spec.sla.latency"
}

test_a_level_that_waits if {
	some hit in silver.deny with input as with_levels([object.union(level, {"met": null})])
	startswith(hit.fix, "Wait a minute")
}

test_a_level_nobody_measures if {
	some hit in silver.deny with input as with_levels([object.union(level, {"name": "support", "met": null, "enforced": false})])
	hit.fix == "Move support from spec.sla to spec.documentation."
}
