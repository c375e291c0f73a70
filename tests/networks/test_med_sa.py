"""Med-SA: equal to segment_anything where it should be, and better where corners matter."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from segment_anything import sam_model_registry
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer
from torch import nn

from spinefm.networks.adapter_vit import AdapterViT
from spinefm.networks.med_sa import MedSA, MedSAConfig, PatchMaskDecoder, freeze_for_adaptation
from spinefm.weights.convert import published_med_sa
from tests.networks.gradients import wake, without_gradient
from tests.networks.published_med_sa import decode, encode, published_state

CONV = MedSAConfig(patch=32, embedding=32, decoder_mlp=32, widths=(8, 8, 16, 16), blocks=(1, 1, 1, 1))
VIT = MedSAConfig(
    encoder="vit", patch=80, channels=3, embedding=32, decoder_mlp=32, mask_tokens=4, vit_width=24, depth=2, heads=2,
    window=3, global_blocks=(1,),
)  # fmt: skip


def make(config: MedSAConfig) -> MedSA:
    torch.manual_seed(0)
    return MedSA(config).eval()


@pytest.mark.parametrize("config", [CONV, VIT], ids=["conv", "vit"])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_logits_have_the_patch_size(config: MedSAConfig, batch: int) -> None:
    size = config.patch
    logits, iou = make(config).forward_with_iou(torch.rand(batch, 1, size, size), torch.rand(batch, 2) * size)
    assert logits.shape == (batch, size, size)
    assert iou.shape == (batch,)


@pytest.mark.parametrize("config", [CONV, VIT], ids=["conv", "vit"])
def test_a_batch_is_its_patches_each_with_its_own_click(config: MedSAConfig) -> None:
    model, size = make(config), config.patch
    patches, clicks = torch.rand(3, 1, size, size), torch.rand(3, 2) * size
    one_by_one = torch.cat([model(patches[i : i + 1], clicks[i : i + 1]) for i in range(3)])
    assert torch.allclose(model(patches, clicks), one_by_one, atol=1e-4)


@pytest.mark.parametrize("config", [CONV, VIT], ids=["conv", "vit"])
def test_eval_is_deterministic_and_the_click_matters(config: MedSAConfig) -> None:
    model, size = make(config), config.patch
    patch, clicks = torch.rand(1, 1, size, size), torch.tensor([[3.0, 20.0], [20.0, 3.0]])
    assert torch.equal(model(patch, clicks[:1]), model(patch, clicks[:1]))
    assert not torch.allclose(model(patch, clicks[:1]), model(patch, clicks[1:]))


def test_clicks_are_x_then_y() -> None:
    """A click on the centre of an embedding's cell carries that cell's position code."""
    model = make(CONV)
    row, column, stride = 1, 3, CONV.stride
    click = torch.tensor([[(column + 0.5) * stride - 0.5, (row + 0.5) * stride - 0.5]])
    sparse, _ = model._prompt(click)
    code = sparse[0, 0] - model.prompt_encoder.point_embeddings[1].weight[0]
    assert torch.allclose(code, model.prompt_encoder.get_dense_pe()[0, :, row, column], atol=1e-4)


@pytest.mark.parametrize("config", [CONV, replace(VIT, mask_tokens=1)], ids=["conv", "vit"])
def test_every_parameter_learns(config: MedSAConfig) -> None:
    model, size = make(config).train(), config.patch
    if config.encoder == "vit":
        freeze_for_adaptation(model)
    wake(model)
    logits, iou = model.forward_with_iou(torch.rand(4, 1, size, size), torch.rand(4, 2) * size)
    loss = (logits * torch.rand_like(logits)).mean() + iou.sum()
    invariant = ("k_proj.bias",)  # a constant added to all keys cancels in the softmax
    assert [name for name in without_gradient(model, loss) if not name.endswith(invariant)] == []


def test_fine_features_reach_the_mask() -> None:
    model = make(CONV)
    patch, click = torch.rand(1, 1, 32, 32), torch.tensor([[16.0, 16.0]])
    before = model(patch, click)
    fine = model.mask_decoder.get_submodule("fine_half")
    for parameter in fine.parameters():
        nn.init.zeros_(parameter)
    assert not torch.allclose(before, model(patch, click))


def test_exposure_and_contrast_do_not_matter_to_the_compact_size() -> None:
    model, click = make(CONV), torch.tensor([[16.0, 16.0]])
    patch = torch.rand(1, 1, 32, 32)
    assert torch.allclose(model(patch, click), model(0.4 * patch + 0.3, click), atol=1e-3)


def sam_like(config: MedSAConfig) -> Sam:
    """segment_anything's own network of the same size, with relative positions that are not zero."""
    encoder = ImageEncoderViT(
        img_size=config.patch, embed_dim=config.vit_width, depth=config.depth, num_heads=config.heads,
        out_chans=config.embedding, norm_layer=partial(nn.LayerNorm, eps=1e-6), use_rel_pos=True,
        window_size=config.window, global_attn_indexes=config.global_blocks,
    )  # fmt: skip
    cells, size = config.patch // 16, (config.patch, config.patch)
    prompts = PromptEncoder(config.embedding, (cells, cells), size, mask_in_chans=16)
    transformer = TwoWayTransformer(depth=2, embedding_dim=config.embedding, num_heads=8, mlp_dim=config.decoder_mlp)
    decoder = MaskDecoder(
        transformer_dim=config.embedding, transformer=transformer, iou_head_hidden_dim=config.embedding
    )
    wake(encoder)
    return Sam(encoder, prompts, decoder).eval()


def with_weights_of(sam: Sam, config: MedSAConfig) -> MedSA:
    """Med-SA on SAM's weights, loaded completely; its adapters are new."""
    ours = make(config)
    missing, unexpected = ours.load_state_dict(sam.state_dict(), strict=False)
    assert unexpected == []
    assert all("_adapter." in name for name in missing)
    return ours


def assert_equal_to_sam(ours: MedSA, sam: Sam, size: int) -> None:
    """The same logits to the last bit, for a film that SAM is given as it wants it, three colours of 0 to 255.

    Without gradients the attention is divided: the same sums, which a processor may still round differently.
    """
    patch, click = torch.rand(1, 1, size, size), torch.tensor([[0.4 * size, 0.6 * size]])
    image = 255 * patch[0].expand(3, -1, -1)
    request = {"image": image, "original_size": (size, size), "point_coords": click[:, None]}
    with torch.no_grad():
        expected = sam([request | {"point_labels": torch.ones(1, 1)}], multimask_output=False)[0]
        normalised = (image - sam.pixel_mean) / sam.pixel_std  # (3, S, S)
        assert torch.allclose(ours._normalised(patch.expand(-1, 3, -1, -1))[0], normalised, atol=1e-5)
        ours._normalised = lambda images: normalised[None]  # the same digits in, so that the same must come out
        divided, _ = ours.forward_with_iou(patch, click)
    actual, iou = ours.forward_with_iou(patch, click)
    assert torch.equal(actual > 0, expected["masks"][:, 0])
    low = sam.postprocess_masks(expected["low_res_logits"], (size, size), (size, size))  # (1, 1, S, S)
    assert torch.equal(actual, low[:, 0])
    assert torch.equal(iou, expected["iou_predictions"][:, 0])
    assert torch.allclose(divided, actual, atol=1e-4)


def test_before_training_it_is_segment_anything() -> None:
    sam = sam_like(VIT)
    assert_equal_to_sam(with_weights_of(sam, VIT), sam, VIT.patch)


@pytest.mark.slow
def test_before_training_the_paper_size_is_sam_vit_b() -> None:
    torch.manual_seed(1)
    sam = sam_model_registry["vit_b"]().eval()
    assert_equal_to_sam(with_weights_of(sam, MedSAConfig.paper()), sam, 1024)


def test_tables_of_places_are_resampled_for_smaller_patches() -> None:
    encoder = make(replace(VIT, patch=32, positions=64)).image_encoder
    assert isinstance(encoder, AdapterViT)
    columns = torch.arange(4.0).view(1, 1, 4, 1)
    encoder.pos_embed.data = columns.expand(1, 4, 4, VIT.vit_width).clone()
    places = encoder._places(2, 2)  # (1, 2, 2, width)
    assert torch.equal(places[0, :, :, 0], torch.tensor([[0.5, 2.5], [0.5, 2.5]]))
    assert torch.equal(encoder._places(4, 4), encoder.pos_embed)


def test_smaller_patches_take_the_same_weights_and_differ_by_the_tables_only() -> None:
    large = make(VIT)
    tables = {n for n, _ in large.named_parameters() if "rel_pos_" in n or n.endswith("pos_embed")}
    for name in tables:
        torch.nn.init.normal_(large.get_parameter(name).data)
    small, own = (make(replace(VIT, patch=48, positions=positions)) for positions in (VIT.patch, 0))
    small.load_state_dict(large.state_dict())
    patch, click = torch.rand(1, 1, 48, 48), torch.tensor([[24.0, 20.0]])
    with_tables = small(patch, click)
    assert with_tables.shape == (1, 48, 48)
    for name in tables:
        small.get_parameter(name).data.zero_()
    bare = {n: v for n, v in small.state_dict().items() if n not in tables}
    zeros = {n: torch.zeros_like(v) for n, v in own.state_dict().items() if n in tables}
    own.load_state_dict({**bare, **zeros})
    assert torch.allclose(small(patch, click), own(patch, click), atol=1e-6)
    assert not torch.allclose(with_tables, own(patch, click), atol=1e-3)


def test_awake_adapters_change_it() -> None:
    model, patch, click = make(VIT), torch.rand(1, 1, 80, 80), torch.tensor([[40.0, 40.0]])
    before = model(patch, click)
    wake(model.image_encoder)
    assert not torch.allclose(before, model(patch, click))


def test_a_lowered_encoder_computes_in_bfloat16_from_end_to_end() -> None:
    model, patches, clicks = make(VIT), torch.rand(2, 1, 80, 80), torch.full((2, 2), 40.0)
    wake(model.image_encoder)
    model.requires_grad_(False)
    seen: set[torch.dtype] = set()
    for block in model.image_encoder.get_submodule("blocks").children():
        block.register_forward_hook(lambda module, inputs, output: seen.add(output.dtype))
    with torch.no_grad():
        whole = model(patches, clicks)
        model.lower()
        with torch.autocast("cpu", torch.bfloat16):
            low = model(patches, clicks)
    assert seen == {torch.float32, torch.bfloat16}
    assert {p.dtype for n, p in model.image_encoder.named_parameters() if not n.startswith("neck.")} == {torch.bfloat16}
    assert {p.dtype for p in model.mask_decoder.parameters()} == {torch.float32}
    assert ((whole > 0) == (low > 0)).float().mean() > 0.97


def test_lowering_leaves_what_is_trained() -> None:
    model = make(VIT)
    freeze_for_adaptation(model)
    wake(model.image_encoder)
    model.lower()
    kept = {n for n, p in model.image_encoder.named_parameters() if p.dtype == torch.float32}
    assert kept == {n for n, _ in model.image_encoder.named_parameters() if "_adapter." in n or n.startswith("neck.")}
    with torch.autocast("cpu", torch.bfloat16):
        loss = model(torch.rand(1, 1, 80, 80), torch.full((1, 2), 40.0)).square().mean()
    unused = without_gradient(model, loss)
    assert not [name for name in unused if "_adapter." in name]


def test_lowering_a_convolutional_network_changes_nothing() -> None:
    model = make(CONV)
    model.lower()
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_the_published_network_is_reproduced_from_its_description() -> None:
    sizes = {"width": 24, "depth": 2, "heads": 2, "window": 3, "cells": 5, "global_blocks": (1,), "wide": 32, "mlp": 32}
    state = published_state(**sizes)
    config = replace(VIT, compat="medsa")
    model = make(config)
    model.load_state_dict(published_med_sa(state, config))
    patch, click = torch.rand(3, 80, 80), torch.tensor([31.0, 52.0])
    with torch.no_grad():
        expected = decode(state, encode(state, patch, 2, [3, 0]), click, 80)
        actual = model(patch[None], click[None])[0]
    scale = expected.abs().max()
    assert torch.allclose(actual / scale, expected / scale, atol=1e-5)
    ours = make(VIT)
    ours.load_state_dict(model.state_dict())
    assert not torch.allclose(ours(patch[None], click[None])[0] / scale, expected / scale, atol=1e-2)


def test_decoder_without_fine_features_is_sams() -> None:
    transformer = TwoWayTransformer(depth=2, embedding_dim=32, num_heads=8, mlp_dim=32)
    theirs = MaskDecoder(
        transformer_dim=32, transformer=transformer, num_multimask_outputs=3, iou_head_hidden_dim=32
    ).eval()
    ours = PatchMaskDecoder(VIT).eval()
    ours.load_state_dict(theirs.state_dict())
    embedding, position, sparse, dense = (torch.rand(shape) for shape in _decoder_shapes(batch=1))
    expected = theirs.predict_masks(embedding, position, sparse, dense)
    actual = ours.decode(embedding, position, sparse, dense, ())
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(actual, expected, strict=True))


def _decoder_shapes(batch: int) -> list[tuple[int, ...]]:
    return [(batch, 32, 5, 5), (1, 32, 5, 5), (batch, 2, 32), (batch, 32, 5, 5)]


def test_paper_size_is_sam_vit_b_with_the_published_adapters() -> None:
    with torch.device("meta"):
        ours, theirs = MedSA(MedSAConfig.paper()), sam_model_registry["vit_b"]()
    own = {name: value.shape for name, value in ours.state_dict().items()}
    adapters = {name: shape for name, shape in own.items() if "_adapter." in name}
    assert {n: s for n, s in own.items() if n not in adapters} == {n: v.shape for n, v in theirs.state_dict().items()}
    with torch.device("meta"):
        smaller = MedSA(MedSAConfig.paper(patch=512))
    assert {name: value.shape for name, value in smaller.state_dict().items()} == own
    assert sum(shape.numel() for shape in adapters.values()) == 7_100_928
    assert sum(parameter.numel() for parameter in ours.mask_decoder.parameters()) == 4_058_340


def test_adaptation_trains_adapters_and_decoder_only() -> None:
    model = make(VIT)
    freeze_for_adaptation(model)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained == {n for n, _ in model.named_parameters() if "_adapter." in n or n.startswith("mask_decoder.")}
    with pytest.raises(ValueError, match="no adapters|has adapters"):
        freeze_for_adaptation(make(CONV))
