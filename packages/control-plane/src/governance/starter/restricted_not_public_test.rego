package datamesh.starter.restricted_not_public_test

import data.datamesh.starter.restricted_not_public

product(classification, readers) := {"access": {"classification": classification, "readers": readers}}

port(auth, settings) := {"name": "api", "auth": auth, "settings": settings, "path": "spec.output_ports[0]"}

secret := {"table": "t", "name": "salary", "classification": "restricted", "path": "spec.schema.fields[0]"}

test_a_port_without_sign_in_is_refused if {
	some hit in restricted_not_public.deny with input as {"_facts": {"product": product("restricted", []), "ports": [port("None", {})], "columns": []}}
	hit.path == "spec.output_ports[0].auth"
}

test_a_public_port_is_refused if {
	count(restricted_not_public.deny) == 1 with input as {"_facts": {"product": product("restricted", []), "ports": [port(null, {"public": true})], "columns": []}}
}

test_everyone_as_reader_is_refused if {
	count(restricted_not_public.deny) == 1 with input as {"_facts": {"product": product("restricted", ["everyone"]), "ports": [], "columns": []}}
}

test_a_restricted_column_in_a_public_product_is_refused if {
	count(restricted_not_public.deny) == 1 with input as {"_facts": {"product": product("public", []), "ports": [], "columns": [secret]}}
}

test_internal_data_may_be_open if {
	count(restricted_not_public.deny) == 0 with input as {"_facts": {"product": product("internal", ["everyone"]), "ports": [port("none", {})], "columns": []}}
}

test_restricted_data_behind_sign_in_passes if {
	count(restricted_not_public.deny) == 0 with input as {"_facts": {"product": product("restricted", ["auditors"]), "ports": [port("OAuth2", {})], "columns": [secret]}}
}
