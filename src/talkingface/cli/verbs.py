"""The verbs of `talkingface`: what each does and how it is used, in words for `--help`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """One verb; its primary configuration is conf/<name>.yaml, its code talkingface.cli.<name>.

    Attributes:
        name: as typed on the command line.
        summary: one sentence for the list of verbs.
        description: two or three sentences for the verb's own help.
        examples: argument lists, each a valid command after `talkingface <name> `.
        needs_torch: whether its code always imports torch, so that torchvision has to be guarded
            first; train does so itself, when there is something to train.
        arms: verb that each job of a multirun runs, in a process of its own; "" runs the jobs one
            after another in this process. The grids in sweeps/ are for verbs with arms.
        always_multirun: whether `--multirun` goes without saying.
        takes: field that a bare word without `=` sets, "" for none.
        data_field: field that `data=...` sets where it is a folder; "" where `data` is a group.
    """

    name: str
    summary: str
    description: str
    examples: tuple[str, ...]
    needs_torch: bool = False
    arms: str = ""
    always_multirun: bool = False
    takes: str = ""
    data_field: str = ""


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            "synthesize",
            "Make a data set of procedural talking heads with exact pose and expression.",
            "Draws talking heads whose head pose, expression and landmarks are known exactly, and "
            "writes them as a data set that train and evaluate read. It needs no download.",
            ("output=data/synthetic", "output=data/many identities=200 size=256"),
        ),
        Verb(
            "prepare",
            "Turn raw videos into a data set of face crops with measured pose and expression.",
            "Finds the face in each raw video, crops and scales it, measures head pose and "
            "expression in every frame, and writes clips that are quick to read while training.",
            (
                "input=videos output=data/mine",
                "input=videos output=data/mine size=256 rate=25 crop.mode=tracked",
            ),
        ),
        Verb(
            "inspect",
            "Write one page about a data set: people, clips, faces, rejects, clips to play.",
            "Reads a prepared or synthetic data set and writes one HTML page that needs nothing "
            "beside itself: people and minutes, frame rates, histograms of pose, mouth and "
            "sharpness, what prepare left out and why, what is missing, and some clips to play.",
            ("data/mine", "data/mine output=mine.html seed=1 clips=24"),
            takes="dataset",
        ),
        Verb(
            "train",
            "Train a model; the same command again resumes or skips the run.",
            "Trains a model on a data set. A run is named after its configuration: the same "
            "command again resumes an unfinished run and skips a finished one. With --multirun, "
            "each combination of values separated by commas is a run of its own.",
            (
                "data.root=data/synthetic steps=5000 batch_size=16",
                "experiment=demo",
                "seed=0,1,2 --multirun",
            ),
            arms="train",
        ),
        Verb(
            "sweep",
            "Train every arm of a grid, each in a process of its own.",
            "Trains each combination of values separated by commas, or of a grid from sweeps/. "
            "Each is a run like any other, in a process of its own, so that a failing one leaves "
            "the others alone. The same command again runs what is missing; compare shows the end.",
            ("+sweeps=ablation", "+sweeps=seeds experiment=demo", "model.cra.enabled=true,false"),
            needs_torch=True,
            arms="train",
            always_multirun=True,
        ),
        Verb(
            "evaluate",
            "Measure a model, or any system's videos, on people it has not seen.",
            "Generates held-out clips from their own first frame and their own motion, or from "
            "other people's, under clean and perturbed driving frames, and compares them with the "
            "true frames: one row a video, a summary with intervals, and a page. With predictions, "
            "measures another system's videos with the same ruler.",
            (
                "runs/demo",
                "checkpoint=runs/demo data=data/mine suites=[clean,jitter-2,cross]",
                "predictions=theirs targets=true size=256",
                "data=data/mine split=all inputs=for_others suites=[clean,cross]",
            ),
            needs_torch=True,
            takes="checkpoint",
            data_field="data.root",
        ),
        Verb(
            "ruler",
            "Train the reader of synthetic frames that evaluation measures with.",
            "Renders talking heads of people whom no data set has, and trains a network to read "
            "head pose, expression and landmarks from single frames of one size. Its error on "
            "further people is printed and kept with it. The same command again changes nothing.",
            ("size=64", "size=128 output=models/ruler.pt threads=2"),
            needs_torch=True,
        ),
        Verb(
            "animate",
            "Make a portrait talk like a reference video.",
            "Moves the face of a portrait with the head pose and facial motion of a driving video "
            "and writes a video with the driving video's duration, frame rate and sound.",
            (
                "source=portrait.png driving=reference.mp4 output=talking.mp4",
                "source=portrait.png driving=reference.mp4 paste=true side_by_side=true",
                "source=portraits driving=[x.mp4,y.mp4] output=made relative=true",
            ),
            needs_torch=True,
        ),
        Verb(
            "export",
            "Write a trained network as ONNX and torch.export files, checked against PyTorch.",
            "Writes the part that reads a portrait and the parts that run frame by frame into a "
            "folder that animate takes as its checkpoint. Every format is compared with PyTorch on "
            "frames of a face, and nothing is kept when one differs; export.json has the figures.",
            (
                "runs/demo output=exported",
                "runs/demo output=exported formats=[onnx] frames=reference.mp4",
            ),
            needs_torch=True,
            takes="checkpoint",
        ),
        Verb(
            "compare",
            "Put the runs of an ablation side by side: one table and one video.",
            "Evaluates all finished runs below a folder under clean and perturbed driving frames, "
            "prints one table by arm (baseline, CRA, STAC, both) with the spread over seeds and, "
            "given a portrait and a reference video, writes a video with a column for each arm.",
            (
                "runs/ablation",
                "runs=runs/ablation source=portrait.png driving=reference.mp4",
            ),
            needs_torch=True,
            takes="runs",
            data_field="data.root",
        ),
        Verb(
            "report",
            "Write one page about a sweep as it stands: results, states, curves, videos.",
            "Reads all runs below a folder, finished or not, and writes one HTML page that needs "
            "nothing beside itself, with means, intervals and paired differences to the baseline, "
            "learning curves and sample videos, and the tables as Markdown and CSV.",
            ("runs/ablation", "runs/ablation output=report points=100"),
            takes="runs",
        ),
        Verb(
            "push",
            "Upload what was logged offline to W&B.",
            "Finds everything below a folder that was logged offline, and what a live run could "
            "not send, and uploads it with W&B's own client, run by run. What has been uploaded is "
            "skipped. A report/report.csv there is published as a run named report.",
            ("runs=runs/ablation", "runs=runs"),
            needs_torch=True,
        ),
    )
}
