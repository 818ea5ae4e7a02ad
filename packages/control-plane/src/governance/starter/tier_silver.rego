package datamesh.certification.silver

product := input._facts.product

published := input._facts.published

levels := input._facts.levels

declared(table) := {lower(field.name) | some field in product.schema.tables[table].fields}

deny contains {
	"msg": "No published table confirms the schema.",
	"fix": sprintf("datamesh publish %s", [product.id]),
} if {
	published == null
}

deny contains {
	"msg": sprintf("%s publishes %s without declaring %s.", [table.name, some_of([column.name | some column in silent]), them(silent)]),
	"path": "spec.schema",
	"fix": sprintf(
		"Add to the fields of %s in spec.schema: { name: %s, type: %s, description: … }",
		[table.name, silent[0].name, lower(silent[0].type)],
	),
} if {
	some table in published.tables
	silent := [column | some column in table.columns; not lower(column.name) in declared(table.name)]
	count(silent) > 0
}

deny contains {
	"msg": "No service level is promised.",
	"path": "spec.sla",
	"fix": "Write one into spec.sla of the manifest: freshness: 24 hours",
} if {
	count(levels) == 0
}

deny contains {
	"msg": sprintf("Nothing here measures the promised %s (%s).", [level.name, level.written]),
	"path": sprintf("spec.sla.%s", [level.name]),
	"fix": sprintf("Move %s from spec.sla to spec.documentation.", [level.name]),
} if {
	some level in levels
	not level.enforced
	level.met != true
}

deny contains {
	"msg": sprintf("The %s is not measured yet (%s).", [level.name, level.because]),
	"path": sprintf("spec.sla.%s", [level.name]),
	"fix": patience(level.name),
} if {
	some level in levels
	level.enforced
	level.met == null
}

deny contains {
	"msg": sprintf("The %s is not as promised (%s).", [level.name, level.written]),
	"path": sprintf("spec.sla.%s", [level.name]),
	"fix": sprintf("Mend the cause, or promise in spec.sla.%s what can be kept.", [level.name]),
} if {
	some level in levels
	level.enforced
	level.met == false
}

patience("latency") := "Read it: the answers of the last minute are measured."

patience(name) := "Wait a minute: what is published is measured every minute." if name != "latency"

them(columns) := "it" if count(columns) == 1

them(columns) := "them" if count(columns) > 1

some_of(names) := concat(", ", names) if count(names) <= 4

some_of(names) := sprintf("%s and %d more", [concat(", ", array.slice(names, 0, 3)), count(names) - 3]) if count(names) > 4
