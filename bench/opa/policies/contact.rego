package governance.contact

import rego.v1

deny contains msg if {
	every contact in input.metadata.contacts {
		not contact.kind == "email"
	}
	msg := sprintf("none of %d contacts is an address", [count(input.metadata.contacts)])
}

deny contains msg if {
	some contact in input.metadata.contacts
	contact.kind == "email"
	not regex.match(`^[^@ ]+@[a-z0-9.-]+\.[a-z]{2,}$`, contact.value)
	msg := sprintf("%s is no address", [contact.value])
}
