package datamesh.starter.availability

least := 99

deny contains {
	"msg": sprintf("an availability of %v%% is promised; the mesh asks for %d%%", [promised, least]),
	"path": "spec.sla.availability",
	"fix": sprintf("write availability: \"%d%%\", or more", [least]),
} if {
	promised := round(input._facts.product.sla.availability.share * 100000) / 1000
	promised < least
}

deny contains {
	"msg": sprintf("the availability is measured at %v%%; the mesh asks for %d%%", [measured, least]),
	"path": "spec.sla.availability",
	"fix": "look for the cause: datamesh runs",
	"severity": "warn",
} if {
	some level in input._facts.levels
	level.name == "availability"
	measured := round(level.measured * 100000) / 1000
	measured < least
}
