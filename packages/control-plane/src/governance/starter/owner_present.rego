package datamesh.starter.owner_present

# A placeholder is no owner either.
nobody := {"", "-", "none", "nobody", "tbd", "todo", "unknown", "n/a"}

deny contains {
	"msg": "nobody owns this product",
	"path": "metadata.owner",
	"fix": "write owner: <the team that answers for it>",
} if {
	owner := object.get(input, ["metadata", "owner"], "")
	lower(trim_space(owner)) in nobody
}
