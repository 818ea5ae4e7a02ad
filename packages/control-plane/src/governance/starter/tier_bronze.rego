package datamesh.certification.bronze

product := input._facts.product

published := input._facts.published

deny contains {
	"msg": "Nothing is published yet.",
	"fix": sprintf("datamesh publish %s", [product.id]),
} if {
	published == null
}

deny contains {
	"msg": "Nobody owns it.",
	"path": "metadata.owner",
	"fix": "Write the team into metadata.owner of the manifest.",
} if {
	trim_space(product.owner) == ""
}

deny contains {
	"msg": "No check proves its data.",
	"path": "spec.quality_checks",
	"fix": "Write rules into spec.quality_checks of the manifest, for instance { type: not_null, columns: [id] }, and publish.",
} if {
	published.checks.total == 0
}

deny contains {
	"msg": sprintf("%d of %d checks did not pass in the newest snapshot.", [open, published.checks.total]),
	"path": "spec.quality_checks",
	"fix": sprintf("Mend what they found, then: datamesh publish %s", [product.id]),
} if {
	open := (published.checks.total - published.checks.passed) - published.checks.warned
	open > 0
}
