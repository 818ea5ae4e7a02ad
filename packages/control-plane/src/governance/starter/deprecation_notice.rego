package datamesh.starter.deprecation_notice

days := 30

deny contains {
	"msg": sprintf("it would be retired without notice; it is %s today", [status]),
	"path": "metadata.status",
	"fix": "write status: deprecated, release it, and retire it 30 days later",
} if {
	retiring
	status := input._facts.previous.product.status
	status in {"active"}
	in_use
}

deny contains {
	"msg": sprintf("it is deprecated for %d of %d days", [floor(passed), days]),
	"path": "metadata.status",
	"fix": sprintf("keep status: deprecated for %d more days", [ceil(days - passed)]),
} if {
	retiring
	input._facts.previous.product.status == "deprecated"
	in_use
	since := time.parse_rfc3339_ns(input._facts.previous.status_since)
	passed := (time.parse_rfc3339_ns(input._facts.now) - since) / (((24 * 60) * 60) * 1000000000)
	passed < days
}

retiring if {
	input.metadata.status == "retired"
	input._facts.previous.product.status != "retired"
}

# Nobody needs notice of what nobody reads.
in_use if count(input._facts.consumers.products) > 0

in_use if input._facts.consumers.grants > 0

in_use if input._facts.consumers.readers > 0
