from streams.tools.mapping.contract import DATA_OF, MOMENT, TELLING, shape_of


def test_every_moment_is_an_instant_of_its_event() -> None:
    assert {shape_of(DATA_OF[name], field).kind for name, field in MOMENT.items()} == {"instant"}


def test_every_object_in_a_list_of_the_contract_has_a_field_without_which_it_says_nothing() -> None:
    shapes = {shape_of(model, field) for model in DATA_OF.values() for field in model.model_fields}

    listed = {shape.model for shape in shapes if shape.kind == "list" and shape.model is not None}

    assert listed == set(TELLING)
    assert all(TELLING[model] in model.model_fields for model in listed)
