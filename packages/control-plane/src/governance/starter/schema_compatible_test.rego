package datamesh.starter.schema_compatible_test

import data.datamesh.starter.schema_compatible

changed(verdict, step) := {"_facts": {
	"changes": [{"verdict": verdict, "what": "column orders.total is gone"}],
	"step": step,
	"previous": {"version": "1.4.0"},
}}

test_a_breaking_change_in_a_minor_version_is_refused if {
	some hit in schema_compatible.deny with input as changed("breaking", "minor")
	hit.fix == "write version: 2.0.0, or keep what readers rely on"
}

test_a_breaking_change_in_a_major_version_passes if {
	count(schema_compatible.deny) == 0 with input as changed("breaking", "major")
}

test_a_compatible_change_passes if {
	count(schema_compatible.deny) == 0 with input as changed("compatible", "patch")
}
