package datamesh.starter.schema_compatible

deny contains {
	"msg": sprintf("%s, and the version is only a %s step after %s", [change.what, input._facts.step, input._facts.previous.version]),
	"path": "metadata.version",
	"fix": sprintf("write version: %d.0.0, or keep what readers rely on", [major + 1]),
} if {
	some change in input._facts.changes
	change.verdict == "breaking"
	input._facts.step in {"minor", "patch", "none"}
	major := to_number(split(input._facts.previous.version, ".")[0])
}
