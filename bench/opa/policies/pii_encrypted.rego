package governance.pii_encrypted

import rego.v1

import data.governance.lib

deny contains {"msg": msg, "path": lib.path(field), "fix": "encryption: AES-256-GCM"} if {
	some field in lib.personal
	not field.encryption
	msg := sprintf("personal column '%s' has no encryption", [field.name])
}
