package governance.classified

import rego.v1

levels := {"public", "internal", "confidential", "restricted"}

deny contains msg if {
	not input.spec.classification in levels
	msg := sprintf("the classification %v is none of %s", [input.spec.classification, concat(", ", levels)])
}
