package datamesh.starter.personal_data_protected_test

import data.datamesh.starter.personal_data_protected

email := {"table": "customers", "name": "email", "personal": true, "path": "spec.schema.fields[1]", "encryption": null}

test_bare_personal_data_is_refused if {
	some hit in personal_data_protected.deny with input as {"spec": {}, "_facts": {"columns": [email]}}
	hit.path == "spec.schema.fields[1]"
}

test_an_encrypted_column_passes if {
	count(personal_data_protected.deny) == 0 with input as {"spec": {}, "_facts": {"columns": [object.union(email, {"encryption": "AES-256"})]}}
}

test_a_masked_column_passes if {
	count(personal_data_protected.deny) == 0 with input as {"spec": {}, "_facts": {"columns": [object.union(email, {"mask": {"how": "hash"}})]}}
}

test_an_encrypted_product_passes if {
	count(personal_data_protected.deny) == 0 with input as {"spec": {"access_control": {"encryption": "AES-256"}}, "_facts": {"columns": [email]}}
}

test_other_columns_are_left_in_peace if {
	count(personal_data_protected.deny) == 0 with input as {"spec": {}, "_facts": {"columns": [object.union(email, {"personal": false})]}}
}

test_named_columns_count_without_a_schema if {
	some hit in personal_data_protected.deny with input as {"spec": {}, "_facts": {"columns": [], "product": {"access": {"piiColumns": ["email"]}}}}
	hit.path == "spec.access_control"
}
