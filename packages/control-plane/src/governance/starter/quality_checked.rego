package datamesh.starter.quality_checked

deny contains {
	"msg": "no check proves the data",
	"path": "spec.quality_checks",
	"fix": "write quality_checks, for instance { type: not_null, columns: [id] }",
} if {
	count(input._facts.product.checks) == 0
}

deny contains {
	"msg": "checks only warn: nothing stops wrong data",
	"path": "spec.quality_checks",
	"fix": "write severity: error beside the check that matters most",
	"severity": "inform",
} if {
	checks := input._facts.product.checks
	count(checks) > 0
	every check in checks {
		check.severity == "warn"
	}
}
