package governance.version

import rego.v1

deny contains msg if {
	not semver.is_valid(input.metadata.version)
	msg := sprintf("%v is no version", [input.metadata.version])
}

deny contains msg if {
	semver.compare(input.metadata.version, "0.1.0") < 0
	msg := sprintf("version %s is before 0.1.0", [input.metadata.version])
}
