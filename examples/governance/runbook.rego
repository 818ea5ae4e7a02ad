package rules.runbook

promises if count(object.get(input, ["spec", "sla"], {})) > 0

deny contains {
	"msg": "service levels are promised, and no runbook says what to do when they are not kept",
	"path": "metadata.links",
	"fix": "write links: { runbook: https://… }",
} if {
	promises
	not has_runbook
}

has_runbook if input.metadata.links.runbook

has_runbook if {
	some link in input.metadata.links
	contains(lower(link.title), "runbook")
}
